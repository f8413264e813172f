import { describe, expect, it } from "vitest";
import { repositoryName, repositoryText } from "./repository-text.ts";

describe("a deb822 source", () => {
  it("has the fields that are given, in the order of their names", () => {
    const args = {
      name: "My Repo_1!",
      types: ["deb", "deb-src"],
      uris: ["http://a.example", "http://b.example"],
      suites: ["./"],
      enabled: false,
      date_max_future: 3,
      signed_by: "-----BEGIN-----\n\nkey\n",
      components: null,
      mode: "0644",
      state: "present",
    };
    expect(repositoryText(args, null)).toBe(
      "Date-Max-Future: 3\nEnabled: no\nX-Repolib-Name: My Repo_1!\nSigned-By:\n    -----BEGIN-----\n    .\n    key\n" +
        "Suites: ./\nTypes: deb deb-src\nURIs: http://a.example http://b.example\n",
    );
    expect(repositoryText({ ...args, signed_by: "x" }, "/etc/apt/keyrings/my-repo-1.gpg")).toContain(
      "Signed-By: /etc/apt/keyrings/my-repo-1.gpg\n",
    );
    expect(repositoryName(args.name)).toBe("my-repo-1");
  });
});
