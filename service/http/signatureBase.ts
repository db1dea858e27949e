/** A request as its signer and its verifier both see it. */
export type SignedMessage = {
  readonly method: string;
  /** The request target in origin form, as it stood on the wire: "/v1/receipts?limit=5". */
  readonly target: string;
  /** Scheme of the public address: "https". */
  readonly scheme: string;
  /** The Host field. */
  readonly host: string;
  /** All values of a field of this lower-case name, in the order received; undefined if there is none. */
  readonly field: (name: string) => readonly string[] | undefined;
};

/**
 * The signature base (RFC 9421, 2.5) over components without parameters.
 * @param params the value of "@signature-params": the covered components and the signature's parameters, serialised
 * @returns undefined if a component is unknown, absent from the message, or not ASCII
 */
export function signatureBase(
  message: SignedMessage,
  components: readonly string[],
  params: string,
): string | undefined {
  const lines: string[] = [];
  for (const name of components) {
    const value = componentValue(message, name);
    // A line feed would let a value pass for another line of the base.
    if (value === undefined || !/^[\t\x20-\x7e]*$/.test(value)) return undefined;
    lines.push(`"${name}": ${value}`);
  }
  return [...lines, `"@signature-params": ${params}`].join("\n");
}

function componentValue(message: SignedMessage, name: string): string | undefined {
  const queryAt = message.target.indexOf("?");
  switch (name) {
    case "@method":
      return message.method;
    case "@path":
      return queryAt < 0 ? message.target : message.target.slice(0, queryAt);
    case "@query":
      return queryAt < 0 ? "?" : message.target.slice(queryAt);
    case "@authority":
      return authority(message);
    case "@scheme":
      return message.scheme;
    case "@request-target":
      return message.target;
    case "@target-uri":
      return `${message.scheme}://${authority(message)}${message.target}`;
    default:
      if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return undefined;
      return message
        .field(name)
        ?.map((value) => value.trim())
        .join(", ");
  }
}

/** RFC 9421, 2.2.3: lower case, without the scheme's default port. */
function authority(message: SignedMessage): string {
  const host = message.host.toLowerCase();
  const defaultPort = message.scheme === "https" ? ":443" : ":80";
  return host.endsWith(defaultPort) ? host.slice(0, -defaultPort.length) : host;
}
