/**
 * Gives the chat on a form the form it stands on. Register `Assent.onLoad` for the form's OnLoad event, with "Pass
 * execution context as first parameter".
 */
globalThis.Assent = {
  onLoad(executionContext) {
    const form = executionContext.getFormContext();
    const tell = async () => {
      const chat = await form.getControl('WebResource_assent_chat')?.getContentWindow();
      chat?.setClientApiContext?.(globalThis.Xrm, form);
    };
    tell();
    // A new record has an id once it is saved.
    form.data.addOnLoad(tell);
  },
};
