// A Vendure shop of its own on loopback, in memory: node vendure.js PORT FOLDER, where FOLDER has
// @vendure/core and sql.js below node_modules. Prints "ready" when it answers.
const path = require("path");
const { createRequire } = require("module");
const load = createRequire(path.join(path.resolve(process.argv[3]), "package.json"));
load("reflect-metadata");
const core = load("@vendure/core");
const port = Number(process.argv[2]);

core.bootstrap({
	apiOptions: { port, hostname: "127.0.0.1", adminApiPath: "admin-api", shopApiPath: "shop-api" },
	authOptions: {
		superadminCredentials: { identifier: "superadmin", password: "superadmin" },
		tokenMethod: ["bearer"],
	},
	dbConnectionOptions: { type: "sqljs", synchronize: true, autoSave: false },
	paymentOptions: { paymentMethodHandlers: [] },
	logger: new core.DefaultLogger({ level: core.LogLevel.Error }),
	plugins: [
		core.DefaultJobQueuePlugin.init({ pollInterval: 20 }),
		core.DefaultSearchPlugin.init({ indexStockStatus: true }),
	],
}).then(async app => {
	await app.get(core.JobQueueService).start();
	console.log("ready");
}).catch(error => {
	console.error(error);
	process.exit(1);
});
