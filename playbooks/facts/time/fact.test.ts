import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { time } from "./fact.ts";

testFactCases(time, import.meta.url);
