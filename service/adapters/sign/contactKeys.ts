import type { ContactKeys } from "../../app/deliveryPorts.ts";
import type { Keystore } from "./keystore.ts";

/** Payers' contacts under the keystore's keys. */
export function contactKeysOf(keystore: Pick<Keystore, "sealSecret" | "openSecret" | "mac">): ContactKeys {
  return {
    seal: (text) => keystore.sealSecret(new TextEncoder().encode(text)),
    open: (sealed) => new TextDecoder().decode(keystore.openSecret(sealed)),
    mac: (purpose, text) => keystore.mac(purpose, text),
  };
}
