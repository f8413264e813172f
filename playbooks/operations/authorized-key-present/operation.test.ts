import { readFile, stat, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrial, proveIdempotence, type Trial } from "../testing.ts";
import { parseKeys } from "./keys.ts";
import { authorizedKeyPresent } from "./operation.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

const user = userInfo().username;
const ONE = "ssh-ed25519 AAAAC3one one@host";
const TWO = 'from="10.0.0.0/8",command="echo \\"x y\\"" ssh-rsa AAAAB3two two words';

describe("authorized-key-present", () => {
  it("adds keys to a file it makes, for the user alone, and keeps other lines", async () => {
    const path = trial.path("ssh", "authorized_keys");
    const { first } = await proveIdempotence(trial, authorizedKeyPresent, { user, path, key: `${ONE}\n${TWO}\n` });
    expect(first).toMatchObject({ changed: true, keyfile: path, user });
    expect(await readFile(path, "utf8")).toBe(`${ONE}\n${TWO}\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(trial.path("ssh"))).mode & 0o777).toBe(0o700);
  });

  it("changes options, removes, and can be the only one", async () => {
    const path = trial.path("keys");
    await writeFile(path, `# hand-made\n${ONE}\n${TWO}\n`);
    await proveIdempotence(trial, authorizedKeyPresent, { user, path, key: ONE, key_options: "no-pty" });
    expect(await readFile(path, "utf8")).toBe(`# hand-made\nno-pty ${ONE}\n${TWO}\n`);
    await proveIdempotence(trial, authorizedKeyPresent, { user, path, key: TWO, exclusive: true });
    expect(await readFile(path, "utf8")).toBe(`# hand-made\n${TWO}\n`);
    await proveIdempotence(trial, authorizedKeyPresent, { user, path, key: TWO, state: "absent" });
    expect(await readFile(path, "utf8")).toBe("# hand-made\n");
  });

  it("refuses what is no key and who is no user", async () => {
    expect((await trial.run(authorizedKeyPresent, { user, key: "garbage" })).result.failed).toBe(true);
    const stranger = await trial.run(authorizedKeyPresent, { user: "no-such-user", key: ONE });
    expect(stranger.result.msg).toContain("Failed to lookup user no-such-user");
    expect(parseKeys("\u0000 ssh-rsa\n\nnonsense")).toEqual([
      { kind: "other", text: "\u0000 ssh-rsa" },
      { kind: "other", text: "nonsense" },
    ]);
  });
});
