import { openFileBlobs } from "../../../service/adapters/blob/fileBlobs.ts";

// Run as a program by the test that kills it: writes documents as fast as it can, and prints each name once it is stored.
if (process.argv[1] === import.meta.filename) {
  const [, , dir = "", first = "0"] = process.argv;
  const blobs = await openFileBlobs(dir);
  let next = Number(first);
  const write = async (): Promise<void> => {
    for (;;) {
      const name = `44060126/${String(next++).padStart(10, "0")}.pdf`;
      await blobs.put(name, Buffer.from(name.repeat(4000)));
      process.stdout.write(`${name}\n`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, write));
}
