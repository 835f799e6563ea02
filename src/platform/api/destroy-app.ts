import type {PlatformContext} from '../context.js';
import {runtimeNameOf} from '../runtimes/runtime-spec.js';
import type {App} from '../store/apps.js';

/** Gives an app up and waits until its runtime has removed what was left of it: dynos, images, cache, log. */
export async function destroyApp(context: PlatformContext, app: App): Promise<void> {
  const {store, streams, runtimes} = context;
  for (const end of context.appEnds) await end(app);
  for (const {streamId} of store.releases.listOf(app.id)) if (streamId) streams.delete(streamId);
  // In one go: a promotion may have shared an image while others were waited for.
  const left = {id: app.id, runtime: runtimeNameOf(store, app), images: imagesOnlyOf(context, app)};
  store.apps.delete(left);
  await runtimes.remove(left);
}

/** A promoted slug's image belongs to several apps. */
function imagesOnlyOf({store}: PlatformContext, app: App): string[] {
  const slugs = store.slugs.listOf(app.id);
  const images = new Set(slugs.map(({image}) => image).filter((image) => image !== null));
  return [...images].filter(
    (image) => slugs.filter((slug) => slug.image === image).length === store.slugs.countOfImage(image),
  );
}
