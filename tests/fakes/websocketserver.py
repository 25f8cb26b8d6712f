"""The websockets library with a character for each path; prints "NAME PORT" lines and serves until
its standard input ends. Its one argument is a folder with good.pem."""
import asyncio
import http
import os
import ssl
import sys

import websockets


async def converse(socket, path):
    if path == "/hello":
        await socket.send("hello shop")
    elif path == "/leave":
        await socket.close(1013, "try later")
        return
    async for message in socket:
        if path == "/echo":
            await socket.send(message)


async def first(path, headers):
    if path == "/key" and headers.get("X-Api-Key") != "k1":
        return http.HTTPStatus.UNAUTHORIZED, [], b"who are you\n"
    if path == "/busy":
        return http.HTTPStatus.SERVICE_UNAVAILABLE, [], b"busy\n"
    return None


async def serve(folder):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(os.path.join(folder, "good.pem"))
    for name, context in (("ws", None), ("wss", tls)):
        server = await websockets.serve(converse, "127.0.0.1", 0, ssl=context, process_request=first,
                                        subprotocols=["chat"])
        print(name, next(iter(server.sockets)).getsockname()[1], flush=True)
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(serve(sys.argv[1]))
