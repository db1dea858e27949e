import { lookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { isPublicAddress } from "./publicAddress.ts";

/** A name or address that leads where nobody may be led. */
export class ClosedAddressError extends Error {
  override readonly name = "ClosedAddressError";
}

/** Which addresses a connection may go to. */
export type AddressRule = (address: string) => boolean;

/**
 * The addresses of a host, all of them allowed.
 * @throws ClosedAddressError if one is not: of several, an attacker would choose; else what the resolver says
 */
export async function resolveAllowed(hostname: string, isAllowed: AddressRule): Promise<readonly LookupAddress[]> {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(host);
  const found = family === 0 ? await lookupAll(host) : [{ address: host, family }];
  if (!found.every(({ address }) => isAllowed(address))) throw new ClosedAddressError("the address is not allowed");
  return found;
}

/** For sockets: connects to the very addresses that were checked, so that a name can't change between check and use. */
export function guardedLookup(isAllowed: AddressRule): LookupFunction {
  return (hostname, options, done) => {
    resolveAllowed(hostname, isAllowed).then(
      (found) => {
        const [first] = found;
        if (first === undefined) done(new Error("the name has no address"), "", 0);
        else if (options.all === true) done(null, [...found]);
        else done(null, first.address, first.family);
      },
      (error: unknown) => done(error instanceof Error ? error : new Error("the name was not resolved"), "", 0),
    );
  };
}

export const publicOnly: AddressRule = isPublicAddress;
export const privateOnly: AddressRule = (address) => !isPublicAddress(address);
export const anyAddress: AddressRule = () => true;

function lookupAll(host: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => {
      if (error === null) resolve(found);
      else reject(error);
    });
  });
}
