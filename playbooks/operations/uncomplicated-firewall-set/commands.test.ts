import { describe, expect, it } from "vitest";
import { ufwCommands } from "./commands.ts";

const NONE = Object.fromEntries(
  "state default logging direction insert rule interface interface_in interface_out from_port to_port proto name comment"
    .split(" ")
    .map((name) => [name, null]),
);
const base = {
  ...NONE,
  delete: false,
  route: false,
  log: false,
  from_ip: "any",
  to_ip: "any",
  insert_relative_to: "zero",
};
const NUMBERED =
  "[ 1] 22/tcp ALLOW IN Anywhere\n[ 2] 80/tcp ALLOW IN Anywhere\n[ 3] 22/tcp (v6) ALLOW IN Anywhere (v6)\n";

describe("what ufw is told", () => {
  it.each([
    [{ state: "enabled" }, ["ufw -f enable"]],
    [{ default: "deny", direction: "incoming" }, ["ufw default deny incoming"]],
    [{ rule: "allow", to_port: "22", proto: "tcp" }, ["ufw allow from any to any port 22 proto tcp"]],
    [{ rule: "allow", name: "OpenSSH", delete: true }, ["ufw delete allow from any to any app 'OpenSSH'"]],
    [
      { rule: "deny", direction: "in", interface: "eth0", log: true, comment: "no more" },
      ["ufw deny in on eth0 log from any to any comment 'no more'"],
    ],
    [
      { rule: "allow", to_port: "1", insert: 0, insert_relative_to: "first-ipv6" },
      ["ufw insert 3 allow from any to any port 1"],
    ],
    [{ rule: "allow", to_port: "1", insert: 9, insert_relative_to: "last-ipv4" }, ["ufw allow from any to any port 1"]],
  ])("%j", (args, expected) => {
    expect(ufwCommands({ ...base, ...args }, false, NUMBERED)).toEqual(expected);
  });

  it("refuses directions that make no sense", () => {
    expect(ufwCommands({ ...base, rule: "allow", direction: "incoming" }, false, "")).toHaveProperty("failure");
    expect(ufwCommands({ ...base, rule: "allow", interface_in: "a", interface_out: "b" }, false, "")).toHaveProperty(
      "failure",
    );
  });
});
