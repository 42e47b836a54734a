// Trusted Types for htmx: it may turn the server's own answers into HTML, and nothing else may. A whole page brings the
// tags of its own files; those are cut out, any other script is refused with the answer that holds it.
const tt = window.trustedTypes?.createPolicy('htmx', {
  createHTML: html => html.replace(/<script src="[^"<>]*"( defer| type=module)?><\/script>/g, ''),
  createScript: () => { throw new TypeError('no scripts in fragments') },
})
htmx.registerExtension('tt', {init: api => { if (tt) api.initSecurity(tt) }})
