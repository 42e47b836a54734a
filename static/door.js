// The page that asks to log in: back in its tab, it goes on by itself when one has logged in in another.
const form = document.querySelector('.door')

document.addEventListener('visibilitychange', async () => {
  if (document.hidden) return
  const next = new URLSearchParams({next: form.next.value})  // not in the address after a wrong password
  const {redirected, url} = await fetch(`${form.action}?${next}`, {method: 'HEAD'}).catch(() => ({}))  // offline
  if (redirected) location.assign(url + location.hash)
})
