// Shows the description of the API with Swagger UI.
const place = document.getElementById("api");
window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  filter: true,
  // A token that was pasted in is forgotten with the page.
  persistAuthorization: false,
  validatorUrl: null,
  presets: [window.SwaggerUIBundle.presets.apis],
});
