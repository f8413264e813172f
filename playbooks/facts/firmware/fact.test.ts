import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { firmware } from "./fact.ts";

testFactCases(firmware, import.meta.url);
