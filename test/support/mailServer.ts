import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";

/** A mail as the server took it. */
export type Received = { readonly to: readonly string[]; readonly raw: string; readonly mail: Email };

export type MailServer = {
  readonly url: string;
  readonly received: Received[];
  /** Answers RCPT with this reply until it is taken away. */
  refusal: { readonly code: number; readonly text: string } | undefined;
  /** Taken, then the connection is cut before the answer: the client can't know. */
  isDeaf: boolean;
  /** Mails are taken, and not answered, until this resolves. */
  gate: Promise<void>;
  stop(): Promise<void>;
};

/** A real SMTP server in this process that keeps what it is given. */
export async function startMailServer(): Promise<MailServer> {
  const received: Received[] = [];
  const state: Pick<MailServer, "refusal" | "isDeaf" | "gate"> = {
    refusal: undefined,
    isDeaf: false,
    gate: Promise.resolve(),
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onRcptTo(_address, _session, done) {
      if (state.refusal === undefined) done();
      else done(Object.assign(new Error(state.refusal.text), { responseCode: state.refusal.code }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const raw = Buffer.concat(chunks);
        const to = session.envelope.rcptTo.map(({ address }) => address);
        PostalMime.parse(raw).then((mail) => {
          received.push({ to, raw: raw.toString("utf8"), mail });
          if (state.isDeaf) for (const connection of server.connections) connection._socket.destroy();
          else void state.gate.then(() => done());
        }, done);
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const stop = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  return Object.assign(state, { url: `smtp://127.0.0.1:${port}`, received, stop });
}
