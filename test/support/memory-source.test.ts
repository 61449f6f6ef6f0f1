import { MemorySource } from './memory-source.js';
import { onServer } from './made-photo.js';
import { testPhotoSource } from './photo-source.contract.js';

testPhotoSource(() => {
  const source = new MemorySource();
  return Promise.resolve({
    source,
    add: (name, bytes) => {
      source.put(onServer(name), bytes);
      return Promise.resolve(onServer(name));
    },
    replace: (key, bytes) => {
      source.put(key, bytes);
      return Promise.resolve();
    },
    remove: (key) => {
      source.shelf.delete(key);
      return Promise.resolve();
    },
    unknownKey: onServer('never'),
  });
});
