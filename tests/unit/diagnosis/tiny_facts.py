"""Facts by hand, and language models that say what a test wants."""

from medai.diagnosis.facts import PATIENT, Fact, Facts


def book() -> Facts:
    """A patient with cough and fever, without vomiting; two conditions that share a finding."""
    words = ("the patient's words", "stated")
    return Facts(
        [
            Fact(PATIENT, "has", "Cough", *words, key="HP:0012735", names=("Coughing",)),
            Fact(PATIENT, "has", "Fever", *words, key="HP:0001945", names=("Pyrexia",)),
            Fact(PATIENT, "has not", "Vomiting", *words, key="HP:0002013"),
            Fact("Influenza", "finding", "Cough", "A study", "opened", "very frequent", "93 %"),
            Fact("Influenza", "finding", "Fever", "A page", "listed", "frequent"),
            Fact(
                *("Influenza", "finding", "Vomiting", "estimate", "teaching estimate"),
                value="occasional",
                denied=True,
                names=("Throwing up",),
            ),
            Fact("Influenza", "prior", "general practice", "estimate", "teaching estimate", "100"),
            Fact("Influenza", "first test", "Rapid antigen test, nasal swab", "A page", "opened"),
            Fact("Chickenpox (varicella)", "finding", "Fever", "A page", "opened", "obligate"),
            Fact("Chickenpox (varicella)", "against", "Cough", "A page", "opened"),
            Fact(PATIENT, "red flag", "Fever with confusion", "A page", "opened", "Go now"),
        ]
    )


class Fake:
    """A model that answers with a function of the prompt, and keeps the prompts."""

    def __init__(self, answer) -> None:
        self.answer, self.prompts = answer, []

    def generate(self, prompt, **settings):
        self.prompts.append(prompt)
        return self.answer(prompt)


def last_sentence(prompt: str) -> str:
    """Return the sentence that the prompt asks about."""
    return prompt.split("Sentence: ")[-1].split("\n")[0]
