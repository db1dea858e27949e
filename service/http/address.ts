import type { IncomingMessage } from "node:http";

/**
 * The asker's address. Each proxy of ours appends to X-Forwarded-For whom it heard from, so of the list's end as many entries are
 * believed as there are such proxies; what stands before them is the client's own word. An IPv6 asker has a whole /64.
 */
export function addressOf(request: IncomingMessage, trustedHops: number): string {
  const forwarded = (request.headersDistinct["x-forwarded-for"] ?? []).join(",").split(",");
  const heard = [...forwarded.map((part) => part.trim()), request.socket.remoteAddress ?? ""];
  return networkOf(heard[Math.max(heard.length - 1 - trustedHops, 0)] ?? "");
}

/** 2001:db8:1:2:3:4:5:6 -> 2001:db8:1:2, ::ffff:192.0.2.1 -> 192.0.2.1; IPv4 stays. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(":")) return mapped ?? address;
  const [head = "", tail = ""] = address.toLowerCase().replace(/%.*$/, "").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = new Array<string>(Math.max(8 - left.length - right.length, 0)).fill("0");
  return [...left, ...(address.includes("::") ? zeros : []), ...right]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
