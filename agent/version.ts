/** Version of the agent: that of the package; a test holds the two together. */
export const AGENT_VERSION = "0.1.0";
