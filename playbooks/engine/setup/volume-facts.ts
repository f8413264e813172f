import { type Facts, lines, type Sections } from "./fact-sections.ts";

/** Volume groups, logical and physical volumes; `N/A` where there is no LVM, nothing for users other than root. */
export function volumeFacts(sections: Sections): Facts {
  const found = lines(sections, "lvm");
  if (!found.includes("there")) return { lvm: "N/A" };
  const rows = (command: string) =>
    found.filter((line) => line.startsWith(`${command} `)).map((line) => line.slice(command.length + 1).split(","));
  const mapper = new Map(
    found.filter((line) => line.startsWith("mapper ")).map((line) => [line.split(" ")[1], line.split(" ")[2]]),
  );
  return {
    lvm: {
      vgs: Object.fromEntries(
        rows("vgs").map((row) => [
          row[0],
          { size_g: row.at(-2), free_g: row.at(-1), num_lvs: row[2], num_pvs: row[1] },
        ]),
      ),
      lvs: Object.fromEntries(rows("lvs").map((row) => [row[0], { size_g: row[3], vg: row[1] }])),
      pvs: Object.fromEntries(
        rows("pvs").map((row) => {
          const name = mapper.get(row[0]);
          return [name === undefined ? row[0] : `/dev/mapper/${name}`, { size_g: row[4], free_g: row[5], vg: row[1] }];
        }),
      ),
    },
  };
}
