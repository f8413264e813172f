import { describe, expect, it } from "vitest";
import { looksPlain, passwordDaysScript } from "./account.ts";
import { accountQuery, parseAccount } from "./query.ts";

describe("accounts", () => {
  it("tells hashes from passwords by what crypt(5) says of them", () => {
    const hash = `$6$salt$${"a".repeat(86)}`;
    expect([hash, "*", "!", ""].map(looksPlain)).toEqual([false, false, false, false]);
    expect(["secret", "$6$salt$short", "a:b", `${hash}:`].map(looksPlain)).toEqual([true, true, true, true]);
  });

  it("changes only those days that differ", () => {
    const output = "passwd ada:x:1000:1000::/home/ada:/bin/sh\nshadow $6$x$y:3:90:7:\nmember ada:ada,sci,\nhome\n";
    const { account } = parseAccount(output);
    expect(account).toMatchObject({ groups: ["sci"], passwordDays: { minimum: 3, maximum: 90, warning: 7 } });
    const args = { password_expire_min: 3, password_expire_max: 30, password_expire_warn: null };
    expect(passwordDaysScript(args, "ada", account)).toBe("chage -M 30 -- ada\n");
    expect(passwordDaysScript({ password_expire_min: 3 }, "ada", account)).toBe("");
  });

  it("asks for a name as a word, whatever is in it", () => {
    expect(accountQuery("$(id)'", [], [], undefined, true)).toContain("'$(id)'\\'''");
    expect(parseAccount("\u0000 garbage\npasswd \n").account).toMatchObject({ uid: 0 });
  });
});
