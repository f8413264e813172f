import { basename } from "node:path";
import { everyNode } from "../plan-nodes.ts";
import { playPhase } from "../play-phase.ts";

/** Makes every node ready for services: names, certificates, packages, time, administrators, SSH, firewall, journal. */
export const provisionBaseline = playPhase({
  name: "provision-baseline",
  title: "Baseline on every node",
  destructive: false,
  secondsPerHost: 40,
  needs: ["write-inventory"],
  nodes: everyNode,
  play: "provision-baseline.yml",
  variables: async ({ answers }) => ({
    bdap_administrators: (answers.administrators ?? []).map((administrator) => administrator.name),
    bdap_extra_certificates: (answers.certificates ?? []).map((file) => basename(file).replace(/\.(pem|crt)$/, "")),
    ...(answers.time?.zone === undefined ? {} : { bdap_time_zone: answers.time.zone }),
  }),
});
