"""Requests that no declared tool serves: talk, opinions, writing, general questions."""

from __future__ import annotations

from trace_trainer.engine.problems.functions.words import Source

_REQUESTS = (
    "Tell me a joke about {animal}s.",
    "Write a short poem about {topic}.",
    "Who invented the telescope?",
    "What do you think about {topic}?",
    "Why is the sky blue?",
    "Explain {topic} to a ten-year-old.",
    "How old is the universe?",
    "What should I name my new {animal}?",
    "Is {city} bigger than {city}?",
    "Write a haiku about {city}.",
    "Give me three arguments for {topic}.",
    "What's the capital of {country}?",
    "How do I become better at {activity}?",
    "Which is healthier, {grocery} or {grocery}?",
    "Do {animal}s sleep at night?",
    "Who won the last election in {country}?",
    "Help me write a speech for {first}'s wedding.",
    "What is the meaning of the name {first}?",
    "Can you recommend a novel set in {city}?",
    "What is {country} famous for?",
    "Draw me a picture of a {animal}.",
    "Tell me a story about {first} and a {animal}.",
    "How many legs does a spider have?",
    "Are you a real person?",
    "What's your favorite color?",
    "How was {city} founded?",
    "Describe the taste of {grocery}.",
    "Make up a riddle about {grocery}.",
    "Who wrote the anthem of {country}?",
    "Why do people like {activity} so much?",
    "What is the difference between {topic} and {topic}?",
    "Write a slogan for a company called {company}.",
    "Compose a short song for {first}.",
    "What would a {animal} say about {topic}?",
    "How tall is the highest mountain in {country}?",
    "Give me a fun fact about {animal}s.",
    "What does it feel like to live in {city}?",
    "Imagine that {first} met a {animal}. What happens?",
)


def draw_chat(source: Source) -> str:
    """One such request."""
    return source.fill(source.rng.choice(_REQUESTS))
