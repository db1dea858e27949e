import type { Channel } from "../domain/contact.ts";

/** A message that went no further than this machine. */
export type SandboxMessage = {
  readonly channel: Channel;
  readonly to: string;
  /** "" for a text message. */
  readonly subject: string;
  readonly text: string;
  readonly attachments: readonly { readonly name: string; readonly byteCount: number }[];
  readonly receivedAtMs: number;
};

/** Stands where the world's mail and message gateways are in real use; what it takes is read on a page of this machine alone. */
export interface MessageSandbox {
  /** Newest first; the oldest are forgotten. */
  messages(): readonly SandboxMessage[];
  stop(): Promise<void>;
}
