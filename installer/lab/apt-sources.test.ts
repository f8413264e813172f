import { describe, expect, it } from "vitest";
import {
  aptHttpProxy,
  aptSettings,
  debianSourcesFor,
  parseDeb822Sources,
  parseOneLineSources,
  renderDeb822,
} from "./apt-sources.ts";

const deb822 = `Types: deb deb-src
# a comment between the fields
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: https://vendor.example/tool
Suites: bookworm
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQENBF
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://old.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: bookworm
Components: main
`;

const oneLine = `# a comment
deb http://mirror.example/debian bookworm main non-free-firmware # trailing
deb [arch=amd64 signed-by=/etc/apt/keyrings/vendor.gpg] https://vendor.example/apt bookworm main
deb-src http://mirror.example/debian bookworm main
deb cdrom:[Debian GNU/Linux 12]/ bookworm main
deb
nonsense
`;

describe("apt sources", () => {
  it("reads deb822 files, leaving out disabled and source-only stanzas", () => {
    const sources = parseDeb822Sources(deb822);
    expect(sources.map((source) => source.uri)).toEqual([
      "http://mirror.example/debian",
      "http://mirror.example/debian-security",
      "https://vendor.example/tool",
    ]);
    expect(sources[0]).toEqual({
      uri: "http://mirror.example/debian",
      suites: ["bookworm", "bookworm-updates"],
      components: ["main", "contrib"],
      signedBy: "/usr/share/keyrings/debian-archive-keyring.gpg",
    });
    expect(sources[2]?.signedBy).toContain("BEGIN PGP");
  });

  it("reads one-line files with and without options", () => {
    const sources = parseOneLineSources(oneLine).filter((source) => source.uri.startsWith("http"));
    expect(sources).toEqual([
      { uri: "http://mirror.example/debian", suites: ["bookworm"], components: ["main", "non-free-firmware"] },
      {
        uri: "https://vendor.example/apt",
        suites: ["bookworm"],
        components: ["main"],
        signedBy: "/etc/apt/keyrings/vendor.gpg",
      },
    ]);
  });

  it("takes Debian's archives only, and asks them for another release", () => {
    const sources = [...parseDeb822Sources(deb822), ...parseOneLineSources(oneLine.replace("cdrom:[Debian", "x:[D"))];
    const wanted = debianSourcesFor(sources, "bookworm", "trixie").filter((source) => source.uri.startsWith("http"));
    expect(wanted.map((source) => [source.uri, ...source.suites])).toEqual([
      ["http://mirror.example/debian", "trixie", "trixie-updates"],
      ["http://mirror.example/debian-security", "trixie-security"],
      ["http://mirror.example/debian", "trixie"],
    ]);
    expect(wanted.every((source) => source.components.join() === "main")).toBe(true);
  });

  it("finds nothing on a machine that is not Debian", () => {
    expect(debianSourcesFor(parseDeb822Sources(deb822), "noble", "trixie")).toEqual([]);
    expect(parseDeb822Sources("")).toEqual([]);
    expect(parseDeb822Sources("\u0000\u0001 garbage: yes\n\n::")).toEqual([]);
  });

  it("writes what it can read again", () => {
    const sources = debianSourcesFor(parseDeb822Sources(deb822), "bookworm", "bookworm");
    expect(parseDeb822Sources(renderDeb822(sources))).toEqual(sources);
  });
});

describe("apt settings", () => {
  const dump = `APT "";
Acquire "";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::http::Proxy-Auto-Detect "/usr/bin/detect";
DPkg::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb || true";
`;

  it("takes over what reaching the archives needs and nothing that runs programs", () => {
    expect(aptSettings(dump)).toEqual([
      'Acquire::Check-Valid-Until "false";',
      'Acquire::Retries "3";',
      'Acquire::http::Proxy "http://proxy.example:3128";',
    ]);
  });

  it("finds the machine's proxy", () => {
    expect(aptHttpProxy(dump)).toBe("http://proxy.example:3128");
    expect(aptHttpProxy('Acquire::http::Proxy "DIRECT";')).toBeUndefined();
    expect(aptHttpProxy("")).toBeUndefined();
  });
});
