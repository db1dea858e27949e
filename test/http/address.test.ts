import type { IncomingMessage } from "node:http";
import { expect } from "chai";
import { addressOf, networkOf } from "../../service/http/address.ts";

const request = (remoteAddress: string | undefined, ...forwarded: string[]): IncomingMessage =>
  ({
    headersDistinct: forwarded.length === 0 ? {} : { "x-forwarded-for": forwarded },
    socket: { remoteAddress },
  }) as unknown as IncomingMessage;

describe("addressOf", () => {
  it("believes no header while no proxy is trusted", () => {
    expect(addressOf(request("192.0.2.1", "203.0.113.9"), 0)).to.equal("192.0.2.1");
  });

  it("believes as many entries from the end as there are proxies, and never what a client put before them", () => {
    const faked = request("10.0.0.1", "198.51.100.66, 203.0.113.9");
    expect(addressOf(faked, 1)).to.equal("203.0.113.9");
    const two = request("10.0.0.1", "198.51.100.66", "203.0.113.9, 10.0.0.2");
    expect(addressOf(two, 2)).to.equal("203.0.113.9");
  });

  it("falls back to the farthest that is known, and to nothing", () => {
    expect(addressOf(request("10.0.0.1"), 1)).to.equal("");
    expect(addressOf(request(undefined), 0)).to.equal("");
  });

  it("takes a /64 for one asker, and a mapped IPv4 address for what it is", () => {
    expect(networkOf("::ffff:192.0.2.1")).to.equal("192.0.2.1");
    expect(networkOf("2001:db8:1:2:3:4:5:6")).to.equal("2001:db8:1:2");
    expect(networkOf("2001:0db8:0001::1")).to.equal("2001:db8:1:0");
    expect(networkOf("fe80::1%eth0")).to.equal("fe80:0:0:0");
    expect(networkOf("::1")).to.equal("0:0:0:0");
  });
});
