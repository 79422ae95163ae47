// Shows the description of the API with Redoc, which asks nobody but this site for anything.
const isForeign = (address) =>
  /^(https?:)?\/\//.test(address) && new URL(address, location.href).origin !== location.origin;

// Redoc leaves out its own mark where that cannot be loaded.
const refuse = (image) => setTimeout(() => image.dispatchEvent(new Event("error")));

const image = HTMLImageElement.prototype;
const setAttribute = image.setAttribute;
image.setAttribute = function (name, value) {
  if (name === "src" && isForeign(value)) refuse(this);
  else setAttribute.call(this, name, value);
};
const source = Object.getOwnPropertyDescriptor(image, "src");
Object.defineProperty(image, "src", {
  ...source,
  set(value) {
    if (isForeign(value)) refuse(this);
    else source.set.call(this, value);
  },
});

const place = document.getElementById("api");
const letters = "system-ui, sans-serif";
window.Redoc.init(
  place.dataset.schema,
  {
    hideLoading: true,
    nativeScrollbars: true,
    theme: {
      typography: {
        fontFamily: letters,
        headings: {fontFamily: letters},
        code: {fontFamily: "ui-monospace, monospace"},
      },
    },
  },
  place,
);
