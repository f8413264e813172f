import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { processor } from "./fact.ts";

testFactCases(processor, import.meta.url);
