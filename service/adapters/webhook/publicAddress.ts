import { BlockList, isIPv4, isIPv6 } from "node:net";

/** What IANA's special-purpose registries keep from the public internet. */
const PRIVATE_V4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const;

/** Of global unicast 2000::/3: protocol assignments with Teredo, documentation, 6to4, which may lead to any IPv4 address. */
const PRIVATE_V6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const closed = new BlockList();
for (const [net, bits] of PRIVATE_V4) closed.addSubnet(net, bits, "ipv4");
for (const [net, bits] of PRIVATE_V6) closed.addSubnet(net, bits, "ipv6");
const globalV6 = new BlockList();
globalV6.addSubnet("2000::", 3, "ipv6");

/** Whether an address lies on the public internet. IPv6 must be global unicast, so mapped and local forms of IPv4 are none. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !closed.check(address, "ipv4");
  return isIPv6(address) && globalV6.check(address, "ipv6") && !closed.check(address, "ipv6");
}
