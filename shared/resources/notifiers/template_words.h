#pragma once
/* Words that a custom template may have between {{ and }}. Those of an alert are empty in what is
 * not about one alert. */
extern const char *const notifier_template_words[]; /* NULL-terminated */
