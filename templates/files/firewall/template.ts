import { isIPv6 } from "node:net";
import { Type } from "typebox";
import type { Plan } from "#inventory/schema/plan.ts";
import type { ServicePort } from "#inventory/schema/service.ts";
import type { RenderInput } from "../../renderer/render-input.ts";
import { defineTemplate } from "../../renderer/template.ts";

const Rule = Type.Object({ match: Type.String(), comment: Type.String() });

export const firewall = defineTemplate({
  name: "firewall",
  title: "What may reach this node: SSH, and the ports its services need; everything else is dropped",
  role: "baseline",
  path: "/etc/bdap/firewall.nft",
  mode: 0o600,
  source: "firewall.nft.hbs",
  context: Type.Object({ rules: Type.Array(Rule) }),
  contexts: (input) => [{ rules: [...sshRules(input), ...serviceRules(input), ...keptRules(input)] }],
});

function sshRules({ site, node }: RenderInput) {
  const sources = site.firewall?.sshFrom;
  const port = `tcp dport ${node.port} accept`;
  if (sources === undefined) return [{ match: port, comment: "SSH" }];
  return bySource(sources).map((source) => ({ match: `${source} ${port}`, comment: "SSH" }));
}

function serviceRules({ services, plan, node }: RenderInput) {
  const own = services.filter((service) => node.services.includes(service.name));
  return own.flatMap((service) =>
    service.ports.flatMap((port) => {
      const accept = `${port.protocol} dport ${port.port} accept`;
      const comment = `${service.name}: ${port.why}`.replaceAll(/["\\\n]/g, " ").slice(0, 120);
      if (port.from === "anywhere") return [{ match: accept, comment }];
      return bySource(addressesOf(plan, port.from)).map((source) => ({ match: `${source} ${accept}`, comment }));
    }),
  );
}

/** An adopted server goes on serving what it served; its cluster may speak protocols of its own (VRRP, GRE, ESP, SCTP). */
function keptRules({ node }: RenderInput) {
  if (node.keptPorts === undefined) return [];
  return [
    ...node.keptPorts.map(({ protocol, port, program }) => ({
      match: `${protocol} dport ${port} accept`,
      comment: `kept, served before the site: ${program}`,
    })),
    { match: "meta l4proto != { tcp, udp } accept", comment: "kept, the server is adopted: other protocols" },
  ];
}

function addressesOf(plan: Plan, from: ServicePort["from"]): string[] {
  const nodes = plan.nodes.filter(
    (node) => from === "nodes" || node.roles.some((role) => role === from) || node.services.includes(from),
  );
  return nodes.map((node) => node.address);
}

/** Matches for a list of sources: nftables wants the two address families apart. */
function bySource(sources: readonly string[]): string[] {
  const four = sources.filter((source) => !isIPv6(source.split("/")[0] ?? ""));
  const six = sources.filter((source) => isIPv6(source.split("/")[0] ?? ""));
  return [
    ...(four.length > 0 ? [`ip saddr { ${four.join(", ")} }`] : []),
    ...(six.length > 0 ? [`ip6 saddr { ${six.join(", ")} }`] : []),
  ];
}
