import {expect} from 'chai';
import {buildChapter} from './contract/builds.js';
import {lifecycleChapter} from './contract/lifecycle.js';
import {networkChapter} from './contract/networks.js';
import {outputChapter} from './contract/output.js';
import {ownershipChapter} from './contract/ownership.js';
import {type EngineUnderTest, Rig} from './contract/rig.js';
import {sessionChapter} from './contract/sessions.js';
import {signalChapter} from './contract/signals.js';
import {slugChapter} from './contract/slugs.js';

/**
 * What every engine must do, whatever runs the processes. A chapter asks `rig.has(ability)` before it tests what an
 * engine may lack, and `this.skip()`s then: what is missing is declared in facts, never silently passed over.
 */
export function describeEngineContract(name: string, under: EngineUnderTest): void {
  describe(`engine contract: ${name}`, function () {
    this.timeout(180_000);
    const rig = new Rig(under);

    before(() => rig.open());
    after(async () => {
      expect(await rig.close(), 'leftovers').to.deep.equal([]);
    });

    it('tells its name, its version and why an ability is missing', () => {
      expect(rig.facts.engine).to.equal(rig.engine.name);
      expect(rig.facts.version).to.match(/\d/);
      const abilities = Object.values(rig.facts.abilities);
      expect(abilities).to.have.length(10);
      for (const fact of abilities) if (!fact.holds) expect(fact.why).to.match(/\w+ \w+/);
    });

    lifecycleChapter(rig);
    signalChapter(rig);
    outputChapter(rig);
    sessionChapter(rig);
    networkChapter(rig);
    slugChapter(rig);
    buildChapter(rig);
    ownershipChapter(rig);
  });
}
