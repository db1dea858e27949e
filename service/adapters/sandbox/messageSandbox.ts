import { randomBytes } from "node:crypto";
import type { MessageSandbox, SandboxMessage } from "../../app/sandboxPorts.ts";
import { startSmsSandbox } from "./smsSandbox.ts";
import { startSmtpSandbox } from "./smtpSandbox.ts";

/** A sandbox that runs, and how the real mailer and the real text message adapter reach it. */
export type RunningSandbox = MessageSandbox & {
  readonly smtpUrl: string;
  readonly smsUrl: string;
  readonly smsSecret: string;
};

const MOST_MESSAGES = 200;

/** An SMTP server and a text message gateway on the loopback interface, which keep what they take, in memory. */
export async function startMessageSandbox(nowMs: () => number): Promise<RunningSandbox> {
  const kept: SandboxMessage[] = [];
  const keep = (message: Omit<SandboxMessage, "receivedAtMs">): void => {
    kept.unshift({ ...message, receivedAtMs: nowMs() });
    kept.splice(MOST_MESSAGES);
  };
  const smsSecret = randomBytes(24).toString("base64url");
  const smtp = await startSmtpSandbox(keep);
  const sms = await startSmsSandbox(smsSecret, nowMs, keep);
  return {
    ...{ smtpUrl: smtp.url, smsUrl: sms.url, smsSecret },
    messages: () => [...kept],
    stop: async () => {
      await Promise.all([smtp.stop(), sms.stop()]);
    },
  };
}
