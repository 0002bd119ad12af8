// Sentences of the page's language, handed over by the frame as data attributes of #say.
export function say(name) {
  const text = document.getElementById('say')?.dataset[name];
  return text ?? name;
}

// Western digits in both languages, as everywhere in the product.
export const locale = () => `${document.documentElement.lang || 'ar'}-u-nu-latn`;
