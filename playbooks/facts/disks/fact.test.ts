import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { disks } from "./fact.ts";

testFactCases(disks, import.meta.url);
