// Shows the document that the page names, with a switch to the others. Nothing is asked of other hosts.
"use strict";

const documents = [
  { name: "resumes", url: "/api/v1/resumes/openapi.json" },
  { name: "interview", url: "/api/v1/interview/openapi.json" },
  { name: "learning", url: "/api/v1/learning/openapi.json" },
  { name: "all", url: "/api/v1/openapi.json" },
];

SwaggerUIBundle({
  domNode: document.getElementById("swagger-ui"),
  urls: documents,
  "urls.primaryName": document.getElementById("swagger-ui").dataset.document,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  // The logo brings a style of its own, which the page's security policy forbids.
  plugins: [() => ({ components: { Logo: () => null } })],
  layout: "StandaloneLayout",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  // Would send the document to a host of Swagger.
  validatorUrl: null,
});
