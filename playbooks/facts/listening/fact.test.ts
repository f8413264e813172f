import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { listening } from "./fact.ts";

testFactCases(listening, import.meta.url);
