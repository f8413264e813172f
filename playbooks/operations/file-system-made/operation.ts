import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { commandFailed, failing, nothingToDo, runChange } from "../plan.ts";
import { missingProgram, requirePrograms } from "../required-program.ts";

/** How one type is made and grown: the program, the flag that overwrites, and what makes it larger (`%s` is the device). */
const TYPES: Readonly<
  Record<string, { readonly make: string; readonly force: readonly string[]; readonly grow?: string }>
> = {
  ext2: { make: "mkfs.ext2", force: ["-F"], grow: "resize2fs %s" },
  ext3: { make: "mkfs.ext3", force: ["-F"], grow: "resize2fs %s" },
  ext4: { make: "mkfs.ext4", force: ["-F"], grow: "resize2fs %s" },
  ext4dev: { make: "mkfs.ext4", force: ["-F"], grow: "resize2fs %s" },
  xfs: { make: "mkfs.xfs", force: ["-f"], grow: 'xfs_growfs "$(findmnt -nro TARGET -S %s | head -n 1)"' },
  btrfs: {
    make: "mkfs.btrfs",
    force: ["-f"],
    grow: 'btrfs filesystem resize max "$(findmnt -nro TARGET -S %s | head -n 1)"',
  },
  vfat: { make: "mkfs.vfat", force: [] },
  swap: { make: "mkswap", force: ["-f"] },
  f2fs: { make: "mkfs.f2fs", force: ["-f"], grow: "resize.f2fs %s" },
  ocfs2: { make: "mkfs.ocfs2", force: ["-Fx"] },
  reiserfs: { make: "mkfs.reiserfs", force: ["-q"] },
  LVM2_member: { make: "pvcreate", force: ["-f"], grow: "pvresize %s" },
};

/** A device has a file system of this type, or has none. */
export const fileSystemMade: Operation = {
  name: "file-system-made",
  title: "Make a file system on a device, or wipe it",
  modules: ["community.general.filesystem"],
  arguments: {
    dev: { type: "path", required: true, aliases: ["device"], description: "The device, or a file." },
    fstype: {
      type: "str",
      aliases: ["type"],
      choices: [
        "bcachefs",
        "btrfs",
        "ext2",
        "ext3",
        "ext4",
        "ext4dev",
        "f2fs",
        "lvm",
        "ocfs2",
        "reiserfs",
        "xfs",
        "vfat",
        "swap",
        "ufs",
      ],
      description: "The type.",
    },
    state: { type: "str", default: "present", choices: ["present", "absent"], description: "Whether there is one." },
    opts: { type: "str", description: "Further words for the program that makes it." },
    force: { type: "bool", default: false, description: "Overwrite what is there." },
    resizefs: { type: "bool", default: false, description: "Grow it to the size of the device." },
    uuid: { type: "str", description: "Its identifier." },
  },
  rules: { requiredIf: [["state", "present", ["fstype"]]], mutuallyExclusive: [["resizefs", "uuid"]] },
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, fileSystemMade.arguments, context.read);
    const device = String(args.dev);
    const word = shellQuote(device);
    const type = args.fstype === "lvm" ? "LVM2_member" : String(args.fstype);
    const known = TYPES[type];
    if (args.state === "present" && known === undefined)
      return failing(`not supported by the native module: fstype=${type}`);
    if (args.uuid !== null && !/^ext|^xfs$|^swap$/.test(type)) {
      return failing(`module does not support UUID option for this filesystem (${type}) yet.`);
    }
    const outcome = await context.read.run(
      `${requirePrograms("blkid")}[ -e ${word} ] && echo bdap-there\necho "bdap-type $(blkid -c /dev/null -o value -s TYPE ${word} 2>/dev/null)"\n`,
    );
    const missing = missingProgram(outcome.stdout);
    if (missing !== undefined) return missing;
    const found = /^bdap-type (\S+)$/m.exec(outcome.stdout)?.[1];
    const msg = `Device ${device} not found.`;
    if (!/^bdap-there$/m.test(outcome.stdout)) return args.state === "present" ? failing(msg) : nothingToDo({ msg });
    const change = (title: string, script: string, told: boolean) => ({
      changes: context.checkMode ? [] : [runChange(context, title, requirePrograms() + script)],
      result: { changed: true },
      conclude: (outcomes: Parameters<NonNullable<ReturnType<typeof nothingToDo>["conclude"]>>[0]) => {
        const last = outcomes[0];
        if (last !== undefined && last.status !== 0) return commandFailed({}, last, last.stderr.trimEnd());
        return { changed: true, ...(told ? { msg: last?.stdout ?? "" } : {}) };
      },
    });
    if (args.state === "absent")
      return found === undefined ? nothingToDo({}) : change(`Wipe ${device}`, `wipefs --all ${word}\n`, false);
    const isSame = found === type || (/^ext4/.test(found ?? "") && /^ext4/.test(type));
    if (isSame && args.resizefs === true) {
      if (known?.grow === undefined) return failing(`module does not support resizing ${type} filesystem yet.`);
      return change(`Grow ${device}`, `${known.grow.replace("%s", word)}\n`, true);
    }
    if (isSame && typeof args.uuid === "string") {
      const set = type === "xfs" ? ["xfs_admin", "-U"] : type === "swap" ? ["swaplabel", "-U"] : ["tune2fs", "-U"];
      return change(`Set the identifier of ${device}`, `${shellJoin([...set, args.uuid, device])}\n`, true);
    }
    if (isSame && args.force !== true) return nothingToDo({});
    if (found !== undefined && args.force !== true) {
      return failing(`'${device}' is already used as ${found}, use force=true to overwrite`, { rc: 0, err: "" });
    }
    const uuid =
      typeof args.uuid === "string"
        ? [type === "xfs" ? `-muuid=${args.uuid}` : "-U", ...(type === "xfs" ? [] : [args.uuid])]
        : [];
    const options = typeof args.opts === "string" ? args.opts.split(/\s+/).filter((option) => option !== "") : [];
    const words = [known?.make ?? "", ...(known?.force ?? []), ...options, ...uuid, device];
    return change(`Make ${type} on ${device}`, `${shellJoin(words)}\n`, false);
  },
};
