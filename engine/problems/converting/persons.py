"""First names with the gender that a question's pronouns would have for them."""

from __future__ import annotations

FEMALE = frozenset(
    "Abby Abigail Ada Adele Alexa Alexis Alice Alicia Alison Allison Alyssa Amanda Amber Amelia Amy Andrea Angela"
    " Angie Anita Ann Anna Anne Annie Ariel Ashley Audrey Barbara Beatrice Becky Bella Beth Betty Bianca Bonnie"
    " Brenda Brianna Brittany Camila Carla Carmen Carol Caroline Carrie Catherine Cecilia Charlotte Chelsea Cheryl"
    " Chloe Christina Christine Cindy Claire Clara Claudia Courtney Crystal Cynthia Daisy Dana Danielle Deborah"
    " Debra Diana Diane Dina Donna Doris Dorothy Eleanor Elena Eliza Elizabeth Ella Ellen Ellie Eloise Elsa Emily"
    " Emma Erica Erin Esther Eva Evelyn Fiona Florence Frances Francine Gabriela Gabriella Georgia Gina Gloria"
    " Grace Greta Gwen Hailey Hannah Harriet Hazel Heather Heidi Helen Holly Irene Iris Isabel Isabella Ivy Jackie"
    " Jacqueline Jane Janet Janice Jasmine Jean Jen Jenna Jennifer Jenny Jessica Jill Joan Joanna Josephine Joyce"
    " Judith Judy Julia Julie Juliet Karen Kate Katherine Kathy Katie Katy Kayla Kelly Kendra Kimberly Kristen"
    " Kylie Lara Laura Lauren Leah Leila Lena Leslie Lexi Lila Lillian Lily Linda Lisa Liz Lois Lola Lori Louise"
    " Lucia Lucy Lydia Mabel Madeline Madison Maggie Mandy Margaret Maria Marian Marie Marilyn Marissa Marla"
    " Martha Mary Maya Megan Melanie Melissa Mia Michelle Mila Mindy Miranda Molly Monica Nadia Nancy Naomi"
    " Natalia Natalie Natasha Nicole Nina Nora Olivia Paige Pam Pamela Patricia Paula Peggy Penelope Phoebe Polly"
    " Priscilla Rachel Rebecca Regina Renee Rhonda Rita Roberta Robyn Rosa Rosalie Rosie Roxanne Ruby Ruth Sabrina"
    " Sadie Sally Samantha Sandra Sara Sarah Sasha Selena Serena Shannon Sharon Sheila Shelly Sherry Shirley Sofia"
    " Sonia Sophia Sophie Stacy Stella Stephanie Sue Susan Susie Suzanne Suzy Sylvia Tabitha Tamara Tammy Tanya"
    " Tara Teresa Tessa Theresa Tiffany Tina Tracy Trisha Valerie Vanessa Vera Veronica Vicky Victoria Violet"
    " Virginia Vivian Wanda Wendy Whitney Yolanda Yvonne Zoe".split()
)
MALE = frozenset(
    "Aaron Adam Adrian Al Alan Albert Alec Alex Alexander Alfred Andre Andrew Andy Anthony Antonio Archie Arnold"
    " Arthur Austin Barry Ben Benjamin Bernard Bert Billy Bob Bobby Boris Brad Bradley Brandon Brendan Brian Bruce"
    " Bryan Byron Caleb Calvin Cameron Carl Carlos Carson Carter Cecil Charles Charlie Chester Chris Christian"
    " Christopher Clarence Claude Clayton Cody Colin Connor Corey Craig Curtis Cyrus Dale Damian Dan Daniel Danny"
    " Darren Darryl Dave David Dennis Derek Devin Diego Dominic Don Donald Doug Douglas Duncan Dustin Dwayne Dylan"
    " Earl Eddie Edgar Edward Edwin Eli Elias Elijah Elliot Eric Ernie Ethan Eugene Evan Felix Fernando Finn"
    " Francis Francisco Fred Freddy Gabe Gabriel Gary Gavin Geoffrey George Gerald Gilbert Glenn Gordon Greg"
    " Gregory Gus Hank Harold Harry Harvey Hector Henry Herbert Howard Hugh Hugo Ian Isaac Ivan Jack Jackson Jacob"
    " Jake James Jamie Jared Jason Javier Jay Jeff Jeffrey Jeremy Jerome Jerry Jesse Jim Jimmy Joe Joel John"
    " Johnny Jonathan Jordan Jorge Jose Joseph Josh Joshua Juan Julian Julio Justin Karl Keith Ken Kenneth Kenny"
    " Kevin Kirk Kurt Kyle Lance Larry Lawrence Lenny Leo Leon Leonard Leroy Levi Lewis Liam Lionel Lloyd Logan"
    " Lou Louis Lucas Luis Luke Manny Marco Marcus Mario Martin Marvin Mason Matt Matthew Maurice Max Michael"
    " Miguel Mike Milo Mitchell Morgan Nathan Nathaniel Ned Neil Nicholas Nick Nolan Norman Oliver Omar Oscar Otto"
    " Owen Pablo Patrick Paul Pedro Percy Perry Pete Peter Phil Philip Quentin Quincy Ralph Ramon Randall Randy"
    " Raul Raymond Reggie Ricardo Richard Rick Ricky Robert Roberto Rodney Roger Ron Ronald Ronnie Roy Russell"
    " Ryan Sam Samuel Scott Sean Sebastian Seth Shane Shaun Sidney Simon Stan Stanley Stephen Steve Steven Stewart"
    " Stuart Ted Terrence Terry Theo Theodore Thomas Tim Timmy Timothy Toby Todd Tom Tommy Tony Travis Trevor"
    " Tyler Vernon Victor Vincent Vinny Wade Walter Warren Wayne Wesley William Winston Xavier Zach Zachary".split()
)
