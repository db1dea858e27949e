import { startEmbeddedPostgres } from "../../../service/adapters/postgres/embeddedPostgres.ts";

// Run as a program by the tests that kill it: starts the database of the folder named, prints its process id and waits.
if (process.argv[1] === import.meta.filename) {
  const server = await startEmbeddedPostgres({ dir: process.argv[2] ?? "", database: "test" });
  process.stdout.write(`${server.pid}\n`);
  setInterval(() => undefined, 60_000);
}
