#include "daemon/net/ask.h"

#include <stdio.h>

#include <curl/curl.h>

#include "shared/json.h"

static size_t collect(char *data, size_t size, size_t n, void *arg)
{
	return buf_add(arg, data, size * n) ? size * n : 0;
}

enum err ask_once(const char *socket_path, const char *services, int64_t timeout_ms,
		  struct buf *out, int *status, struct error *e)
{
	char question[320]; /* names of services need no quoting */
	CURL *curl = curl_easy_init();
	struct buf body = BUF_INIT(8 << 20);
	json_t *reply = NULL;
	enum err err = ERR_NONE;
	long http_status = 0;
	if (!curl)
		return error_set(e, ERR_UNAVAILABLE, "no memory for a request");
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket_path);
	curl_easy_setopt(curl, CURLOPT_URL, "http://localhost/v1/once");
	snprintf(question, sizeof(question), "{\"services\":\"%s\"}", services);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, question);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
	CURLcode code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &http_status);
	if (code != CURLE_OK) {
		err = error_set(e, ERR_UNAVAILABLE, "%s: %s", socket_path,
				curl_easy_strerror(code));
		goto out;
	}
	reply = json_read(buf_str(&body), body.len, body.max, e);
	if (!reply) {
		err = ERR_MALFORMED;
		goto out;
	}
	if (http_status != 200) {
		err = error_set(e, err_from_code(json_str(reply, "code", "")), "%s",
				json_str(reply, "detail", "refused"));
		goto out;
	}
	json_t *data = json_object_get(reply, "data");
	*status = (int)json_int(data, "exit", 75);
	buf_add_str(out, json_str(data, "summary", ""));
out:
	json_decref(reply);
	buf_fini(&body);
	curl_easy_cleanup(curl);
	return err;
}
