// Message shown in place of the maps when they cannot be drawn.

export function showFailure(row, sentence) {
  let message = row.querySelector(".failure");
  if (!message) {
    message = document.createElement("p");
    message.className = "failure";
    message.setAttribute("role", "alert");
    row.prepend(message);
  }
  message.textContent = sentence;
}
