import { describe, expect, it } from "vitest";
import { ruleWords } from "./rule.ts";

const words = (args: Record<string, unknown>) =>
  ruleWords({ match: [], ctstate: [], destination_ports: [], ...args }).join(" ");

describe("words of a rule", () => {
  it.each([
    [{ protocol: "tcp", destination_port: "22", jump: "ACCEPT" }, "-p tcp -j ACCEPT --destination-port 22"],
    [{ source: "!10.0.0.0/8" }, "! -s 10.0.0.0/8"],
    [{ destination_ports: ["80", "443"], jump: "DROP" }, "-j DROP -m multiport --dports 80,443"],
    [{ ctstate: ["NEW"], match: ["state"] }, "-m state --state NEW"],
    [{ ctstate: ["NEW"] }, "-m conntrack --ctstate NEW"],
    [{ src_range: "10.0.0.1-10.0.0.9" }, "-m iprange --src-range 10.0.0.1-10.0.0.9"],
    [{ reject_with: "tcp-reset" }, "-j REJECT --reject-with tcp-reset"],
    [{ syn: "negate", tcp_flags: { flags: ["SYN", "ACK"], flags_set: ["SYN"] } }, "--tcp-flags SYN,ACK SYN ! --syn"],
    [{ limit: "2/minute", comment: "a b" }, "-m limit --limit 2/minute -m comment --comment a b"],
    [{ uid_owner: "root" }, "-m owner --uid-owner root"],
    [{ set_dscp_mark: "8", jump: "DSCP" }, "-j DSCP --set-dscp 8"],
    [{ ip_version: "ipv6", icmp_type: "echo-request" }, "--icmpv6-type echo-request"],
    [{}, ""],
  ])("%j", (args, expected) => {
    expect(words(args)).toBe(expected);
  });
});
