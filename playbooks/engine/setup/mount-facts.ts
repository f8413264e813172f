import { type Facts, lines, type Sections } from "./fact-sections.ts";

/** Mounted file systems that have a device or a server behind them, with their sizes. */
export function mountFacts(sections: Sections): Facts {
  const binds = new Set(lines(sections, "binds").map(unescaped));
  const spaces = new Map(
    lines(sections, "space").map((line) => {
      const [frsize, blocks, available, bsize, inodes, free, ...path] = line.split(" ");
      return [unescaped(path.join(" ")), [frsize, blocks, available, bsize, inodes, free].map(Number)];
    }),
  );
  const uuids = new Map(lines(sections, "uuids").map((line) => [line.split(/\s+/)[0], line.split(/\s+/)[1]]));
  const mounts = new Map<string, unknown>();
  for (const line of lines(sections, "mounts")) {
    const [device = "", mount = "", fstype = "", options = "", dump, passno] = line.split(/\s+/).map(unescaped);
    if ((!/^[/\\]/.test(device) && !device.includes(":/")) || fstype === "none") continue;
    const bound = binds.has(mount) && !/bind.*"/.test(options) ? `${options},bind` : options;
    // Of several file systems on one place, the original tells the last one in the place of the first.
    mounts.set(mount, {
      mount,
      device,
      fstype,
      options: bound,
      dump: Number(dump),
      passno: Number(passno),
      ...sizes(spaces.get(mount)),
      uuid: uuids.get(device) || "N/A",
    });
  }
  return { mounts: [...mounts.values()] };
}

function sizes(space: readonly number[] | undefined): Record<string, number> {
  if (space === undefined) return {};
  const [frsize = 0, blocks = 0, available = 0, bsize = 0, inodes = 0, free = 0] = space;
  return {
    size_total: frsize * blocks,
    size_available: frsize * available,
    block_size: bsize,
    block_total: blocks,
    block_available: available,
    block_used: blocks - available,
    inode_total: inodes,
    inode_available: free,
    inode_used: inodes - free,
  };
}

/** proc(5): white space and backslashes are octal escapes. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})|\\x([0-9a-f]{2})/g, (_, octal?: string, hex?: string) =>
    String.fromCharCode(Number.parseInt(octal ?? hex ?? "0", octal === undefined ? 16 : 8)),
  );
}
