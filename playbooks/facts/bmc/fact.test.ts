import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { bmc } from "./fact.ts";

testFactCases(bmc, import.meta.url);
