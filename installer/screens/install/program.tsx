import { Frame } from "../../ui/frame/frame.tsx";
import type { Program } from "../../ui/program/program.tsx";
import type { Effect } from "./data.ts";
import { currentScreen, type Message, updateWizard, type Wizard, type WizardStep } from "./model.ts";
import { screens } from "./screens.ts";

/** The wizard as a program; `perform` is what reads files, servers and the clock. */
export function installProgram(
  first: WizardStep,
  perform: (effect: Effect, send: (message: Message) => void) => void,
): Program<Wizard, Message, Effect> {
  return {
    model: first.model,
    effects: first.effects,
    fillsScreen: true,
    onKey: (key) => ({ type: "key", key }),
    update: updateWizard,
    view: (wizard, size) => {
      const { title, intro, keys, help, View } = currentScreen(wizard);
      return (
        <Frame
          size={size}
          title={`${wizard.at + 1}/${screens.length} ${title}`}
          intro={intro}
          keys={keys}
          {...(wizard.helpOpen ? { help } : {})}
          {...(wizard.problem === undefined ? {} : { problem: wizard.problem })}
        >
          <View model={wizard.screen} data={wizard.data} size={size} />
        </Frame>
      );
    },
    perform,
    isOver: (wizard) => wizard.over,
  };
}
