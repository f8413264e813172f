import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { memory } from "./fact.ts";

testFactCases(memory, import.meta.url);
