import { createTransport } from "nodemailer";
import type { MailMessage, Mailer, SendOutcome } from "../../app/deliveryPorts.ts";

export type SmtpOptions = {
  /** smtp://user:password@host:port, smtps:// for TLS from the first byte. STARTTLS is used wherever it is offered. */
  readonly url: string;
  /** Address of the sender, with a name if it has one: `链票 <receipts@example.org>`. */
  readonly from: string;
};

const CONNECT_MS = 10_000;
/** A PDF with list pages over a slow line takes a while. */
const SOCKET_MS = 60_000;
const CONNECTIONS = 4;

/** E-mail over SMTP. Connections are kept and shared; at most 4 at a time. */
export function createSmtpMailer({ url, from }: SmtpOptions): Mailer {
  const timeouts = { connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: SOCKET_MS };
  // A message comes from our own templates, but nothing in it may make the mailer read a file or fetch an address.
  const closed = { disableFileAccess: true, disableUrlAccess: true };
  const transport = createTransport({ url, pool: true, maxConnections: CONNECTIONS, ...timeouts, ...closed });
  return {
    async send(message) {
      try {
        await transport.sendMail(optionsOf(message, from));
        return { kind: "sent" };
      } catch (error) {
        return refusalOf(error);
      }
    },
    stop: () => transport.close(),
  };
}

function optionsOf({ to, messageId, subject, text, html, attachments }: MailMessage, from: string) {
  return {
    from,
    // As an object the address is taken as it is, and never read as a list.
    to: { name: "", address: to },
    messageId,
    subject,
    text,
    html,
    // RFC 3834: no out-of-office answers.
    headers: { "Auto-Submitted": "auto-generated" },
    attachments: attachments.map(({ name, type, bytes }) => ({
      filename: name,
      contentType: type,
      content: Buffer.from(bytes),
    })),
  };
}

/** 5xx is for good (RFC 5321, 4.2.1); anything else, as a server that does not answer, may pass. Texts may hold addresses. */
function refusalOf(error: unknown): SendOutcome {
  if (typeof error !== "object" || error === null) return { kind: "refused", isPermanent: false, code: "smtp_failed" };
  const reply = "responseCode" in error && typeof error.responseCode === "number" ? error.responseCode : undefined;
  const isPermanent = "permanent" in error && error.permanent === true;
  if (reply !== undefined)
    return { kind: "refused", isPermanent: isPermanent && isAboutMessage(error), code: `smtp_${reply}` };
  const code = "code" in error && typeof error.code === "string" ? error.code.toLowerCase() : "failed";
  return { kind: "refused", isPermanent: false, code: `smtp_${code}` };
}

/** A 5xx to our login or sender is our configuration's fault: it may be mended, so the delivery is kept. */
function isAboutMessage(error: object): boolean {
  const command = "command" in error && typeof error.command === "string" ? error.command : "";
  return command === "RCPT TO" || command === "DATA";
}
