import { expect, test } from "vitest";
import type { Site } from "#inventory/schema/site.ts";
import { someNode, somePlan } from "#test/fakes/plan.ts";
import { exampleFacts } from "../classify-servers/example-facts.ts";
import { nameServers } from "./name-servers.ts";

const site: Site = { site: "lab", servers: ["10.0.0.0/24"], access: {} };
const called = (hostname: string, address: string) => ({ ...exampleFacts(hostname, { address }), host: hostname });
const names = (servers: ReturnType<typeof nameServers>["servers"]) =>
  Object.fromEntries(servers.map((server) => [server.facts.address, server.name]));

test("a new server that takes a node's name does not rename the node", () => {
  const facts = [called("st1", "10.0.0.1"), called("st1", "10.0.0.66")];
  const applied = somePlan([someNode("st1", "10.0.0.1")]);
  expect(names(nameServers(facts, site, [], applied).servers)).toEqual({
    "10.0.0.1": "st1",
    "10.0.0.66": "st1-10-0-0-66",
  });
  expect(names(nameServers(facts, site).servers)).toEqual({
    "10.0.0.1": "st1-10-0-0-1",
    "10.0.0.66": "st1-10-0-0-66",
  });
});

test("a made-up name is a DNS label, however long the server's own is", () => {
  const long = "x".repeat(63);
  const { servers } = nameServers([called(long, "fd00::1:2"), called(long, "10.0.0.2")], site);
  for (const { name } of servers) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  expect(servers.map(({ name }) => name.slice(-9))).toEqual(
    ["-10-0-0-2", "fd00-1-2"].map((end) => expect.stringContaining(end)),
  );
});
