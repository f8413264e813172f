import { type NetworkInterface, networkInterfaces } from "../../collectors/network-interfaces/collector.ts";
import type { Check, Finding } from "../check.ts";

/** The best that each interface was seen to do: its speed in Mbit/s, 0 where unknown. Only those that once had a link. */
type Best = ReadonlyMap<string, number>;
type Reading = readonly NetworkInterface[];

/** A network link that is in use is gone, or slower than it was. */
export const linkState: Check<Reading, never, Best> = {
  name: "link-state",
  title: "Network links in use are up, at their speed",
  reads: networkInterfaces,
  codes: ["AGENT_LINK_DOWN", "AGENT_LINK_SLOW"],
  severity: "warning",
  toleranceSeconds: 20,
  dependsOn: [],
  limits: {},
  remember(reading, _step, best) {
    const seen = reading.filter(({ name, carrier, enabled }) => (carrier || best?.has(name)) && enabled);
    return new Map(seen.map(({ name, speed }) => [name, Math.max(best?.get(name) ?? 0, speed ?? 0)]));
  },
  judge({ reading, memory }): Finding[] {
    if (reading.length === 0)
      return [{ subject: "", status: "ok", message: "There are no network interfaces to judge." }];
    return reading.map((nic) => judgeOne(nic, memory.get(nic.name)));
  },
};

function judgeOne(nic: NetworkInterface, best: number | undefined): Finding {
  const { name: subject, speed, master } = nic;
  // A bridge without ports has no link either, and its speed is that of its ports.
  if (nic.kind === "virtual") return { subject, status: "ok", message: `${subject} is virtual and not judged.` };
  if (!nic.enabled) return { subject, status: "ok", message: `${subject} is switched off.` };
  if (!nic.carrier) {
    const used = best !== undefined || nic.hasRoute || master !== undefined;
    if (!used) return { subject, status: "ok", message: `${subject} has no link and is not used.` };
    const part = master === undefined ? "" : `, a part of ${master},`;
    const hint = "Check cable, transceiver and switch port; `ethtool` names the link partner.";
    return { subject, status: "problem", message: `${subject}${part} has no link.`, hint };
  }
  const rate = speed === undefined ? "a link" : `a link of ${speed} Mbit/s`;
  if (nic.halfDuplex || (speed !== undefined && speed < (best ?? 0))) {
    const instead = nic.halfDuplex ? "at half duplex" : `where it had ${best} Mbit/s`;
    const hint =
      "Check cable, transceiver and the switch port's settings; a damaged cable often negotiates a lower speed.";
    return { subject, status: "problem", code: "AGENT_LINK_SLOW", message: `${subject} has ${rate} ${instead}.`, hint };
  }
  return { subject, status: "ok", message: `${subject} has ${rate}.` };
}
