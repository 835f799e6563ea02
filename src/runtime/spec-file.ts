import type {RuntimeSpec} from '../model/spec.js';
import {JsonFile} from './json-file.js';

/** A runtime's own copy of its desired state. It holds config vars. What cannot be read the platform sends again. */
export class SpecFile extends JsonFile<RuntimeSpec> {}
