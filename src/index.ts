/** dyno as a library: a Dyno Runtime in your own process. */
export {Runtime} from './runtime/runtime.js';
export type {RuntimeOptions} from './runtime/runtime.js';
export {AdvancingClock} from './runtime/advancing-clock.js';
export {openEngine} from './runtime/choose-engine.js';
export type {AppSpec, ReleaseSpec, FormationSpec, RuntimeSpec} from './model/spec.js';
export type {Engine} from './engine/engine.js';
export {DynoError} from './model/error.js';
